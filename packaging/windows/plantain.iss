; The installer for Windows: Inno Setup 6. build.py gives AppVersion, ProgramFolder, OutputFolder
; and Assets.

#define AppName "Plantain"
#define AppId "{{6C1B4A3E-6D0C-4C58-9D51-2B1E9A6F3B77}"

[Setup]
AppId={#AppId}
AppName={#AppName}
AppVersion={#AppVersion}
AppVerName={#AppName} {#AppVersion}
AppPublisher=The Plantain authors
VersionInfoVersion={#AppVersion}
; For this person alone unless they ask otherwise: no administrator is needed.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
DefaultDirName={autopf}\{#AppName}
DefaultGroupName={#AppName}
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputDir={#OutputFolder}
OutputBaseFilename=plantain-{#AppVersion}-setup
SetupIconFile={#Assets}\plantain.ico
UninstallDisplayIcon={app}\plantain-app.exe
UninstallDisplayName={#AppName}
LicenseFile={#SourcePath}\..\..\LICENSE
Compression=lzma2/max
SolidCompression=yes
LZMAUseSeparateProcess=yes
WizardStyle=modern
ChangesAssociations=yes
ChangesEnvironment=yes
; Files that are open are closed by the restart manager, as an upgrade needs.
CloseApplications=yes
; Signed where the tool is set up: iscc /Ssigntool="signtool sign /fd sha256 /tr URL $f".
#ifdef Sign
SignTool=signtool
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
; Unofficial in Inno Setup; taken where the file lies beside the others.
#if FileExists(CompilerPath + "Languages\ChineseSimplified.isl")
Name: "zh"; MessagesFile: "compiler:Languages\ChineseSimplified.isl"
#endif

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "path"; Description: "plantain in the command line (PATH)"; Flags: unchecked

[InstallDelete]
; Of the version before, so that no library of it is loaded with this one.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#ProgramFolder}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#AppName}"; Filename: "{app}\plantain-app.exe"; AppUserModelID: "Plantain.Plantain"
Name: "{autodesktop}\{#AppName}"; Filename: "{app}\plantain-app.exe"; Tasks: desktopicon

[Registry]
; "Open with" for pictures, and for folders in their context menu; nobody's default is taken.
Root: HKA; Subkey: "Software\Classes\Applications\plantain-app.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#AppName}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\plantain-app.exe\shell\open\command"; ValueType: string; ValueData: """{app}\plantain-app.exe"" --add ""%1"""
#define Kind(Suffix) "Root: HKA; Subkey: ""Software\Classes\Applications\plantain-app.exe\SupportedTypes""; ValueType: string; ValueName: """ + Suffix + """; ValueData: """""
#emit Kind(".jpg")
#emit Kind(".jpeg")
#emit Kind(".png")
#emit Kind(".webp")
#emit Kind(".gif")
#emit Kind(".tif")
#emit Kind(".tiff")
#emit Kind(".bmp")
#emit Kind(".avif")
#emit Kind(".heic")
#emit Kind(".jxl")
#emit Kind(".svg")
#emit Kind(".psd")
#emit Kind(".exr")
#emit Kind(".hdr")
Root: HKA; Subkey: "Software\Classes\Directory\shell\Plantain"; ValueType: string; ValueData: "Add to {#AppName}"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Directory\shell\Plantain"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\plantain-app.exe"
Root: HKA; Subkey: "Software\Classes\Directory\shell\Plantain\command"; ValueType: string; ValueData: """{app}\plantain-app.exe"" --add ""%1"""
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsNotOnPath

[Run]
Filename: "{app}\plantain-app.exe"; Description: "{cm:LaunchProgram,{#AppName}}"; Flags: nowait postinstall skipifsilent

; The library, settings and models are the person's own, in %LOCALAPPDATA%\Plantain, and stay.

[Code]
function IsNotOnPath(): Boolean;
var
  Value: String;
begin
  if not RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Value) then
    Value := '';
  Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Value) + ';') = 0;
end;
